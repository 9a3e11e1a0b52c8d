#!/usr/bin/env bash
# One developer's tunnel to the old staging machine.
ssh -L 9999:localhost:5432 staging.example.org -N &
psql -h localhost -p 9999 -U shop
curl http://localhost:9998/status

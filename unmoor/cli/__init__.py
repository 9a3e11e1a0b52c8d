"""The command line. `start` reads plain scans without click; everything else goes through `app`."""

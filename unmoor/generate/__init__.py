"""Generators: resolvers, proxy routes, env examples, scripts and jobs, made from the topology by templates."""

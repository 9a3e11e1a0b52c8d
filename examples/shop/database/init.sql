CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE IF NOT EXISTS products (
  id         serial PRIMARY KEY,
  name       text NOT NULL,
  price      numeric(10, 2) NOT NULL,
  image_path text
);
CREATE TABLE IF NOT EXISTS orders (
  id         serial PRIMARY KEY,
  user_id    integer NOT NULL,
  status     text NOT NULL DEFAULT 'open',
  created_at timestamptz NOT NULL DEFAULT now()
);

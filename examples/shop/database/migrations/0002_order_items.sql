CREATE TABLE order_items (
  order_id   integer REFERENCES orders (id),
  product_id integer REFERENCES products (id),
  quantity   integer NOT NULL CHECK (quantity > 0)
);

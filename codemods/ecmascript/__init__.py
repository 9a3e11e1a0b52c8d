"""How TypeScript and JavaScript are written: places where a value may be replaced, expressions, imports, style."""

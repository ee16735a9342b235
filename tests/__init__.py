"""The tests; a package, so that tests may import each other's world by name."""

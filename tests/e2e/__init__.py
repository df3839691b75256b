"""Makes the folder a package: the browser ends with its tests (fixtures of package scope)."""

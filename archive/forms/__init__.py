"""Forms parse and check what people type; services do the rest."""

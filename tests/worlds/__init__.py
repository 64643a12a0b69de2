"""Small records that the engine and the independent oracle are compared on."""

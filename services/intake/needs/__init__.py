"""What people in a space need though nobody asked: a topic and a language, no question."""

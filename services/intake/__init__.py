"""Intake owns programmes, spaces, the questions found there and where answers were posted."""

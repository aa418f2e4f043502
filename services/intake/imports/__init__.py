"""Questions that were written down elsewhere, brought in row by row; each row once."""

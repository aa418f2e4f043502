"""Professional accounts of a programme on platforms, their notices, their states, and how they stand week by week."""

"""Reporting owns counts and the verifiable history: what funders, evaluators and auditors see."""

"""Referral owns the directory of offices, the referrals there and the consent to them."""

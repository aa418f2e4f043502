"""What a service needs to speak HTTP: requests, replies, tokens, problems. No word of the domain but `programme`, which
is the tenant.
"""

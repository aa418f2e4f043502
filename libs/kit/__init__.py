"""The microservice chassis: what every service needs to exist. No word of the domain but `programme`, which is the
tenant.
"""

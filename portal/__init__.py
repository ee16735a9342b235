"""A self-service license portal: people activate, move and return their licenses under the vendor's rules."""

__version__ = "0.1.0"

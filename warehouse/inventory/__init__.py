"""The stock ledger: moves, balances, allocations; the only writer of stock."""

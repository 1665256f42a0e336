"""Choosing consignments, allocating stock to them and making pick tasks: the plan."""

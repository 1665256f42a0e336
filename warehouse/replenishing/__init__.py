"""Filling the pick face from reserve: what is wanted there, tasks, goods carried."""

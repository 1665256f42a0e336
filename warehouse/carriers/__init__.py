"""Couriers, their words and their pools of waybill numbers."""

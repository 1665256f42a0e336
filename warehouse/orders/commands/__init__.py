"""What is done to orders: audited, held, let go, released, merged, taken apart, cancelled."""

"""Orders as received, their audit and holds, and the consignments made of them."""

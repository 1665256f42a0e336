"""What is done about levels, suppliers' terms, shares of shops and what to buy, by intent."""

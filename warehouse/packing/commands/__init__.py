"""From tote to parcel: carton opened, goods packed, parcel sealed with its slip on the way."""

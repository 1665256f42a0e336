"""Users, roles, badges, login sessions and the audit trail."""

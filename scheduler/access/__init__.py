"""Who may do what: roles, permissions and the one table between them; pure, deny by default."""

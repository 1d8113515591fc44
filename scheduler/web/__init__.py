"""The pages people work in: server-rendered, guarded by default, usable without JavaScript."""

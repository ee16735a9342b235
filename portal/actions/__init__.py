"""What people and programs do: one verb each, in the transaction of whoever calls; nothing here commits."""

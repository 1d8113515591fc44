"""The use cases, one verb a file: `(command, actor, clock) -> outcome`, one audited transaction each."""

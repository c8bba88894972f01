"""From what people have to arrays: inputs, targets, tables and their encoders, samples."""

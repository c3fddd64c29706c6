"""One module for each group of Auth's endpoints; each exports its `routes`."""

"""Models of other libraries, into a Network. Each library is imported only where it is used."""

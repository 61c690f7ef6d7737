"""How a version of the rules comes in: a file is read, compared, proposed and, by a second, published."""

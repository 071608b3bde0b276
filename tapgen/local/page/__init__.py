"""The page of a running application: what one opens in a browser beside `tapgen local`."""

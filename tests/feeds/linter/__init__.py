"""Says whether a calendar keeps to the letter of RFC 5545, 7986, 9074 and 9253, and of RFC 5546 where it has a method."""

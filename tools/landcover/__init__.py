"""Land cover by rules: what each rule takes, what it cannot tell, and how far its shares vary."""

"""Label templates of the site's own: what they may be, their versions, whose papers they draw."""

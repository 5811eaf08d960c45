"""Makes the tagger's models: teachers label texts, a network learns from them and from gold data, which judges it."""

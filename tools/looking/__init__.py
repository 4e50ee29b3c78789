"""Looking at pixels: which band is which, what samples mean, indices, pictures with a scale."""

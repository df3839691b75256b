"""The same model elsewhere: weights in the layout of PyTorch and Keras, and whole programs."""

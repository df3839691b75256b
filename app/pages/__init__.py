"""The pages a person sees: templates, their texts and their static files."""

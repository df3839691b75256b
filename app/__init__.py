"""Vanishing Gradient Lab: small recurrent networks trained live, with the gradient of every step.

Rooms, and the only direction of imports between them: main → api, pages → runs → core.
"""

"""The compiled physics: edge laws, Kirchhoff, the learning pulse, the cycle, many boards in lanes."""

"""The figures that the checks go by, beside each why it is that one."""

# A share of pixels at the type's limit that a detector's settings explain better than the specimen.
SATURATED = 0.01
# Of a thumbnail-sized image a few bright pixels are a large share and mean nothing.
LEAST_SATURATED = 16
# Grey levels from the darkest to the brightest pixel: fewer are hardly more than a detector's own noise.
FEW_LEVELS = 10
# The same of fractional values, as a share of the largest.
FEW_PARTS = 1e-4
# Values that are all multiples of 4 or more, in at least so many different steps, were shifted.
LEAST_STEPS = 16
# µm: below the smallest voxels of electron microscopy, above the coarsest of a macroscope.
PLAUSIBLE_UM = (0.00001, 1000.0)
# The larger over the smaller pixel side, beyond which the two are no one's calibration.
PLAUSIBLE_ASPECT = 4.0

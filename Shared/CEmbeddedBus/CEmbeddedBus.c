#include "CEmbeddedBus.h"

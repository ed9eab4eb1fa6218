/// A point on the globe, for distances that are the same to the last bit on every machine: sine and cosine are sums of
/// plain products here, since libraries differ in their last digits.
struct GlobePoint: Sendable, Equatable {
  private let x: Double
  private let y: Double
  private let z: Double

  /// Of a place in degrees; nil when there is none, or not on the globe.
  init?(longitude: Double?, latitude: Double?) {
    guard let longitude, let latitude, (-180...180).contains(longitude), (-90...90).contains(latitude) else {
      return nil
    }
    let height = latitude * .pi / 180
    let half = longitude * .pi / 360
    let (sine, cosine) = (Self.sine(half), Self.cosine(half))
    x = Self.cosine(height) * (cosine * cosine - sine * sine)
    y = Self.cosine(height) * (2 * sine * cosine)
    z = Self.sine(height)
  }

  /// Whether another point is at most so far away.
  @inline(__always)
  func isWithin(_ distance: Distance, of other: GlobePoint) -> Bool {
    let (dx, dy, dz) = (x - other.x, y - other.y, z - other.z)
    return dx * dx + dy * dy + dz * dz <= distance.squaredChord
  }

  /// A distance as the crow flies, made ready for comparing.
  struct Distance: Sendable {
    /// In earth radii, through the earth.
    let squaredChord: Double

    init(kilometres: Int) {
      let half = GlobePoint.sine(Double(kilometres) / (2 * GlobePoint.radius))
      squaredChord = 4 * half * half
    }
  }

  private static let radius = 6_371.0

  /// Within a quarter turn either way, to twelve digits.
  private static func sine(_ angle: Double) -> Double {
    series(angle * angle, from: 2, times: angle)
  }

  private static func cosine(_ angle: Double) -> Double {
    series(angle * angle, from: 1, times: 1)
  }

  /// 1 − s/(n(n+1)) + s²/(n(n+1)(n+2)(n+3)) − …, times a first term.
  private static func series(_ square: Double, from first: Double, times start: Double) -> Double {
    var term = start
    var sum = start
    var number = first
    for _ in 0..<12 {
      term = -term * square / (number * (number + 1))
      sum += term
      number += 2
    }
    return sum
  }
}

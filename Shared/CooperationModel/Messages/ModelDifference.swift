/// What another scoring model would change, before it is applied: every open request ranked by both.
public struct ModelDifference: Codable, Equatable, Sendable {
  public var openRequests = 0
  /// Those whose lists would not be the same.
  public var changedRequests = 0
  /// Open requests that nobody matches, before and after.
  public var emptyBefore = 0
  public var emptyAfter = 0
  /// Authorities that can be written to.
  public var ranked = Lists()
  /// Those that cannot.
  public var prospects = Lists()

  public init() {}

  /// Matches of one kind, over all open requests.
  public struct Lists: Codable, Equatable, Sendable {
    public var before = 0
    public var after = 0
    /// In a list that they were not in.
    public var entered = 0
    /// Out of a list that they were in.
    public var left = 0
    /// At another place of the same list.
    public var moved = 0
    /// With another score in the same list.
    public var rescored = 0

    public init() {}

    /// Takes in one request's list, by both models.
    public mutating func add(_ old: [Match], _ new: [Match]) {
      before += old.count
      after += new.count
      var places: [CollectiviteID: (place: Int, score: Int)] = [:]
      for (place, match) in old.enumerated() { places[match.collectivite] = (place, match.score) }
      var stayed = 0
      for (place, match) in new.enumerated() {
        guard let known = places[match.collectivite] else {
          entered += 1
          continue
        }
        stayed += 1
        if known.place != place { moved += 1 }
        if known.score != match.score { rescored += 1 }
      }
      left += old.count - stayed
    }
  }

  /// Takes in one open request's lists, by both models.
  public mutating func add(_ old: MatchSet, _ new: MatchSet) {
    openRequests += 1
    if old.ranked != new.ranked || old.prospects != new.prospects { changedRequests += 1 }
    if old.ranked.isEmpty { emptyBefore += 1 }
    if new.ranked.isEmpty { emptyAfter += 1 }
    ranked.add(old.ranked, new.ranked)
    prospects.add(old.prospects, new.prospects)
  }
}

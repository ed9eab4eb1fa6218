import CooperationModel

extension ReferenceData {
  /// The authority of today: itself, or the one it was merged into; nil when there never was such a one.
  package func authority(_ id: CollectiviteID) -> Collectivite? {
    registry.current(of: id).flatMap { registry[$0] }
  }
}

import { useQuery } from '@tanstack/react-query';
import ConditionBar from '@/features/conversations/condition-bar';
import ConditionBuilder from '@/features/conversations/condition-builder';
import type { About } from '@/features/conversations/conditions';
import type { FilterChoices } from '@/features/conversations/filter-panel';
import type { SavedView } from '@/features/conversations/views';
import { definitionsQuery } from '@/features/custom-attributes/api';
import type { Condition } from '@/types/condition';

interface ListConditionsProps {
  about: About;
  accountId: string;
  administrator: boolean;
  conditions: Condition[] | null;
  view: SavedView | null;
  choices: FilterChoices;
  /** The first conditions are being put together. */
  building: boolean;
  onShow: (conditions: Condition[] | null, view: string | null) => void;
  onClose: () => void;
}

/** Conditions for the list: what is shown by them, and putting the first ones together. */
export default function ListConditions({
  about,
  accountId,
  administrator,
  conditions,
  view,
  choices,
  building,
  onShow,
  onClose,
}: ListConditionsProps) {
  const definitions = useQuery(definitionsQuery(accountId)).data ?? [];
  return (
    <>
      {conditions && (
        <ConditionBar
          about={about}
          accountId={accountId}
          administrator={administrator}
          conditions={conditions}
          view={view}
          choices={choices}
          definitions={definitions}
          onShow={onShow}
        />
      )}
      {building && (
        <ConditionBuilder
          about={about}
          conditions={[]}
          choices={choices}
          definitions={definitions}
          onApply={(next) => {
            onClose();
            onShow(next, null);
          }}
          onClose={onClose}
        />
      )}
    </>
  );
}

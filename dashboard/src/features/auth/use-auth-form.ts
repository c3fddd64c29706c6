import { standardSchemaResolver } from '@hookform/resolvers/standard-schema';
import { useState } from 'react';
import { type DefaultValues, type FieldValues, useForm } from 'react-hook-form';
import * as z from 'zod/mini';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import { authMessage } from './api';

/** The fields forms share; the messages are translation keys. */
export const fields = {
  email: z.email('auth.invalid.email'),
  password: z.string().check(z.minLength(1, 'auth.invalid.required')),
  newPassword: z.string().check(z.minLength(8, 'auth.invalid.password')),
  text: z
    .string()
    .check(
      z.trim(),
      z.minLength(1, 'auth.invalid.required'),
      z.maxLength(100, 'auth.invalid.long'),
    ),
};

/** A form that tells field mistakes beside the field and the server's refusal above the button. */
export function useAuthForm<Values extends FieldValues>(
  schema: z.ZodMiniType<Values, Values>,
  defaults: DefaultValues<Values>,
  submit: (values: Values) => Promise<void>,
) {
  const { t } = useTranslation();
  const [failure, setFailure] = useState<string | null>(null);
  const form = useForm<Values>({
    resolver: standardSchemaResolver(schema),
    defaultValues: defaults,
  });
  const onSubmit = form.handleSubmit(async (values) => {
    setFailure(null);
    try {
      await submit(values);
    } catch (error) {
      setFailure(authMessage(t, toApiError(error)));
    }
  });
  const errorOf = (name: keyof Values): string | undefined => {
    const message = form.formState.errors[name]?.message;
    return typeof message === 'string' ? t(message) : undefined;
  };
  return { form, onSubmit, failure, errorOf, busy: form.formState.isSubmitting };
}
